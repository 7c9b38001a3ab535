//! The documents tell of everything there is, and the documented examples fit them.
