//! The engine crashes and is opened again: nothing is lost, and nothing done twice.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::crash);
