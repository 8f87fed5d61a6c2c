//! Numbers that look random and are the same on each run.

/// xorshift; case and seed give the same numbers for ever.
pub(super) struct Dice(u64);

impl Dice {
    /// The numbers of one case.
    pub(super) fn new(case: u64) -> Self {
        // Neighbouring cases must not look alike.
        let mut dice = Self((case + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        (0..4).for_each(|_| _ = dice.below(2));
        dice
    }

    /// A number below `bound`, which is not 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    /// True once in so many times.
    pub(super) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    pub(super) fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}
