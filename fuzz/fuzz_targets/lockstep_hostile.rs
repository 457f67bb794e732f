//! Engine and model in lockstep, mostly as nobody should have it.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::lockstep_hostile);
