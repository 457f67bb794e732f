//! Two overlapping requests: some order of them explains their responses.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::concurrent);
