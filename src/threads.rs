//! Work on the pieces of something long, side by side. Results come in order, whatever finishes first.

use std::num::NonZeroUsize;
use std::thread::{self, ScopedJoinHandle};

/// How many threads a run may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threads(usize);

/// Bytes of YAML that are worth a thread: starting one takes about as long as reading a tenth of this.
const WORTH: usize = 32 << 10;
/// More than these gain nothing: what is left is done by one.
const MOST: usize = 8;

impl Threads {
    /// The one that asks.
    pub const ONE: Self = Self(1);

    /// As many as there are and as a text of that length is worth.
    pub fn for_bytes<E>(bytes: usize, there_are: impl Fn() -> Result<NonZeroUsize, E>) -> Self {
        if bytes < 2 * WORTH {
            return Self::ONE;
        }
        there_are().map_or(Self::ONE, Self::up_to)
    }

    /// So many, within reason.
    pub const fn up_to(threads: NonZeroUsize) -> Self {
        let threads = threads.get();
        Self(if threads < MOST { threads } else { MOST })
    }

    /// Does both, the second on a thread of its own if there is one.
    pub fn both<A, B: Send>(
        self,
        here: impl FnOnce() -> A,
        there: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        if self == Self::ONE {
            return (here(), there());
        }
        thread::scope(|scope| {
            let other = scope.spawn(there);
            (here(), joined(other))
        })
    }

    /// Splits `items` into runs of about the same weight in bytes and does `work` on each; what is too light for
    /// another thread stays on this one.
    pub fn each<T: Sync, R: Send>(
        self,
        items: &[T],
        weight: impl Fn(&T) -> usize,
        work: impl Fn(&[T]) -> R + Sync,
    ) -> Vec<R> {
        let total: usize = items.iter().map(&weight).sum();
        let pieces = self.0.min(total / WORTH);
        if pieces < 2 {
            return vec![work(items)];
        }
        let work = &work;
        thread::scope(|scope| {
            let mut pieces = split(items, &weight, pieces, total.div_ceil(pieces));
            let own = pieces.next().unwrap_or_default();
            let others: Vec<_> = pieces
                .map(|piece| scope.spawn(move || work(piece)))
                .collect();
            let first = work(own);
            std::iter::once(first)
                .chain(others.into_iter().map(joined))
                .collect()
        })
    }
}

/// What a thread came to; its panic is ours.
fn joined<R>(thread: ScopedJoinHandle<'_, R>) -> R {
    let done = thread.join();
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// At most so many runs, of at least `enough` bytes each but for the last.
fn split<T>(
    items: &[T],
    weight: impl Fn(&T) -> usize,
    mut pieces: usize,
    enough: usize,
) -> impl Iterator<Item = &[T]> {
    let mut seen = 0;
    items.split_inclusive(move |item| {
        seen += weight(item);
        let ends = seen >= enough && pieces > 1;
        if ends {
            (seen, pieces) = (0, pieces - 1);
        }
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn threads(number: usize) -> Threads {
        Threads::up_to(NonZeroUsize::new(number).unwrap())
    }

    #[test]
    fn every_item_once_and_in_order() {
        for number in 1..20 {
            for length in [0, 1, 2, 7, 100] {
                let items: Vec<usize> = (0..length).collect();
                let weight = |item: &usize| (item % 7) * WORTH;
                let done = threads(number).each(&items, weight, <[usize]>::to_vec);
                assert!(done.len() <= number.min(MOST), "{number}, {length}");
                assert_eq!(done.concat(), items);
            }
        }
    }

    #[test]
    fn what_is_light_stays_on_one() {
        let here = thread::current().id();
        let on = |weight: usize| {
            let done = threads(4).each(&[(); 4], |()| weight, |_| thread::current().id());
            done.iter().filter(|id| **id != here).count()
        };
        assert_eq!((on(1), on(WORTH)), (0, 3));
    }
}
