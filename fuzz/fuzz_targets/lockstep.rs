//! Engine and model in lockstep, mostly as careful clients would have it.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::lockstep);
