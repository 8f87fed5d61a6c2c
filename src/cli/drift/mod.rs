//! `drift`: what a cluster runs beside the guarded stream. Without the feature `live`, how to get it.

#[cfg(feature = "live")]
mod cluster;
#[cfg(feature = "live")]
mod connect;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod trouble;

#[cfg(feature = "live")]
pub(super) use live::run;

/// This build cannot speak with clusters.
#[cfg(not(feature = "live"))]
pub(super) fn run(_: &super::args::DriftArgs) -> Result<super::exit::Exit, super::exit::Failure> {
    let what = "`drift` is not in this build: it was built without the feature `live`";
    let help = "`cargo install --locked --features live --path .` in the repository";
    Err(super::exit::Failure {
        exit: super::exit::Exit::Usage,
        text: crate::report::Message::error(what, None, Some(help.into())).render(),
    })
}
