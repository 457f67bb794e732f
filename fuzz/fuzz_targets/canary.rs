//! A model with a planted fault, which the fuzzer must find.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::canary);
