'use strict';
// Shows the document that is made for the caller: whoever authorizes sees what the token's role may do. The token is kept in memory only.
(function () {
  const page = document.getElementById('swagger-ui');
  const form = document.getElementById('sign-in');
  const reason = document.getElementById('reason');
  const address = new URL(page.dataset.document, location.href).href;
  const schema = document.getElementById('schema');
  let token = null;

  function reload() {
    ui.specActions.updateUrl(address);
    ui.specActions.download(address);
  }

  function change(value) {
    if (value !== token) {
      token = value;
      reload();
    }
  }

  // What the dialog Authorize does: both of its actions end in another document.
  function followDialog() {
    return {
      statePlugins: {
        auth: {
          wrapActions: {
            authorize: original => payload => {
              const result = original(payload);
              const given = payload.bearerAuth && payload.bearerAuth.value;
              if (given) { change(given.replace(/^bearer\s+/i, '')); }
              return result;
            },
            logout: original => names => {
              const result = original(names);
              change(null);
              return result;
            }
          }
        }
      }
    };
  }

  // A small API is shown at a glance; of a large one, the names of its relations.
  function openSmallOnes() {
    return {
      statePlugins: {
        layout: {
          wrapSelectors: {
            isShown: (original, system) => (state, thing, fallback) => {
              const isTag = Array.isArray(thing) && thing[0] === 'operations-tag';
              return original(thing, fallback || (isTag && system.specSelectors.specJson().get('tags').size <= 8));
            }
          }
        }
      }
    };
  }

  function addToken(request) {
    if (request.url === address) {
      if (schema.options.length > 1) { request.headers['Accept-Profile'] = schema.value; }
      if (token !== null) { request.headers.Authorization = 'Bearer ' + token; }
    }
    return request;
  }

  // Without a document there is no dialog, so a refusal brings up a form of its own.
  function noteRefusal(response) {
    if (response.url === address) {
      const refused = response.status === 401 || response.status === 403;
      form.hidden = !refused;
      page.hidden = refused;
      if (refused) {
        let message = 'A token is needed to read the documentation.';
        try { message = JSON.parse(response.text).message || message; } catch { /* no error of the API */ }
        reason.textContent = message;
        // It is part of what was hidden, and would be in the way when that comes back.
        ui.authActions.showDefinitions(false);
      }
    }
    return response;
  }

  schema.addEventListener('change', reload);

  form.addEventListener('submit', event => {
    event.preventDefault();
    const input = document.getElementById('token');
    // As the dialog does, and so also for the operations; the document that describes the scheme is not there yet.
    const schema = { type: 'http', scheme: 'bearer' };
    ui.authActions.authorize({ bearerAuth: { name: 'bearerAuth', value: input.value.trim().replace(/^bearer\s+/i, ''), schema } });
    input.value = '';
  });

  const ui = window.ui = SwaggerUIBundle({
    url: address,
    domNode: page,
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [followDialog, openSmallOnes],
    layout: 'BaseLayout',
    deepLinking: true,
    docExpansion: 'none',
    filter: true,
    defaultModelsExpandDepth: 0,
    defaultModelExpandDepth: 2,
    validatorUrl: null,
    requestInterceptor: addToken,
    responseInterceptor: noteRefusal
  });
})();
