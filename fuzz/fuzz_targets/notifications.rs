//! A consumer that is told late, twice and in disorder ends where a fetch would.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::notifications);
