// Serves stripe-stateful-mock on the loopback interface; its own start listens on every one.
//
//     node stripe-stateful-mock.cjs PORT

require('loglevel').setLevel('silent');
const { createExpressApp } = require('stripe-stateful-mock');

createExpressApp().listen(Number(process.argv[2]), '127.0.0.1');
