//! Facts of objects, however they are written.
