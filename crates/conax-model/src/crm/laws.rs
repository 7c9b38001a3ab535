//! Laws C1 to C9.
