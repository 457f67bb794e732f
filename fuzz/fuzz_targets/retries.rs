//! Requests are sent again: nothing is done twice that should be done once.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::retries);
