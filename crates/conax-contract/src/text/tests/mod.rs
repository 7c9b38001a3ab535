//! Reading and writing of text, without any particular file in mind.

mod decoding;
mod encodings;
mod moments;
mod nearness;
mod outlines;
mod plain_values;
mod reading;
mod redacting;
mod rendering;
