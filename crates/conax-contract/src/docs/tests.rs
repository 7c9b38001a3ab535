//! What the page holds, and that nothing put into it can be taken for markup.
