//! Engine and model in lockstep, mostly with requests that should succeed.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::lockstep);
