//! The engine crashes and restarts: nothing is lost, and nothing is done twice.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::crash);
