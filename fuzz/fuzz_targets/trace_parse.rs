//! Arbitrary text is either read as a trace or refused.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(holdfast_fuzz::run::trace_parse);
