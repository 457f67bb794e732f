//! Any bytes as requests to the server: it never panics, never fails, and always answers in a form that can be read.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(holdfast_fuzz::http::http);
