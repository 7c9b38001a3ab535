//! The conditional-access state of the simulated head-end.
