//! Reads bytes as a sequence and does nothing with it: the yardstick for the speed of the others.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::decode);
