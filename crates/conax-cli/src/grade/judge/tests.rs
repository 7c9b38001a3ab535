//! Laws about small, made-up scenes.
