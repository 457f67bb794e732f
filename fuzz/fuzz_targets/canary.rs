//! A planted fault, which must be found.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::canary);
