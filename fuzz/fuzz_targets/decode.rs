//! Reads bytes as a sequence and does nothing else: the baseline for the speed of the other targets.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::decode);
