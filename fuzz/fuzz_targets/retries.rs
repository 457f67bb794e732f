//! Requests are sent again: no effect that should occur once occurs twice.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::retries);
