//! Arbitrary bytes as requests to the server: it never panics, never fails, and every response is well formed.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(holdfast_fuzz::http::http);
