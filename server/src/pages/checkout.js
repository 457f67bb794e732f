// Shows a Checkout Session inside a merchant's page: the names are those of the provider's own script, so that its
// example runs with nothing but the script's address changed.
'use strict';
(() => {
  const origin = new URL(document.currentScript.src).origin;

  /** Only a test key is taken, and nothing is done with it: the client secret opens the session. */
  function Holdfast() {
    // The second name is that of older versions of the provider's script.
    return { createEmbeddedCheckoutPage, initEmbeddedCheckout: createEmbeddedCheckoutPage };
  }

  async function createEmbeddedCheckoutPage({ fetchClientSecret, clientSecret, onComplete }) {
    const [session, key] = (clientSecret || (await fetchClientSecret())).split('_secret_');
    const frame = document.createElement('iframe');
    frame.src = `${origin}/c/pay/${encodeURIComponent(session)}?key=${encodeURIComponent(key)}`;
    frame.title = 'Checkout';
    frame.style.cssText = 'width:100%;min-height:40rem;border:0';

    function hear(message) {
      if (message.source !== frame.contentWindow || message.origin !== origin) return;
      if (message.data && message.data.holdfast === 'complete') {
        if (onComplete) onComplete();
        else window.location.assign(message.data.to);
      }
    }

    return {
      mount(place) {
        window.addEventListener('message', hear);
        (typeof place === 'string' ? document.querySelector(place) : place).append(frame);
      },
      unmount() {
        frame.remove();
      },
      destroy() {
        window.removeEventListener('message', hear);
        frame.remove();
      },
    };
  }

  window.Holdfast = Holdfast;
  window.Stripe = window.Stripe || Holdfast;
})();
