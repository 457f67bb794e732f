//! Two requests meet: some order of them explains what comes of it.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::concurrent);
