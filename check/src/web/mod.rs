//! `check web`: a page to walk through the model step by step.
//!
//! 1. [`api`]: requests and answers. The server keeps no walk, so every answer replays the trace of its request.
//! 2. [`walk`]: everything that the page shows of a trace; [`picture`] is one state, [`sentence`] one input.
//! 3. [`site`]: the pages and the API as a function from request to response.
//! 4. [`server`]: that function on the loopback interface.
//!
//! The page itself is in `check/web/`: plain HTML, CSS and JavaScript that needs nothing from anywhere else.

pub mod api;
pub mod picture;
pub mod sentence;
pub mod server;
pub mod site;
pub mod walk;
