//! What Spark makes of its configuration: sizes, pods, counts. Facts of Spark's own code per version, and no policy.

pub mod memory;
pub mod pod;
pub mod template;
