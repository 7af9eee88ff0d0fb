import { WhoAnswers } from '../__generated__/operations.js';
import { Api } from '../api/api.js';
import { Http } from '../api/http.js';
import { defineCommand } from '../command.js';
import { askKey } from '../login/ask-key.js';
import { forgetLogin, loginFile, writeLogin } from '../login/stored-login.js';
import { freshAddress, serverAddress } from '../settings.js';

export const login = defineCommand({
  name: 'login',
  summary: "Remember the server's address and key for the commands that follow",
  positionals: {
    address: {
      kind: 'text',
      describe: 'The server, such as https://retort.example.org; --url or RETORT_URL when left out',
      completes: 'nothing',
    },
  },
  options: {
    forget: { kind: 'flag', describe: 'Remove what is remembered' },
  },
  examples: [
    ['retort login https://retort.example.org', 'Asks for the key, and does not show it'],
    ['retort login --forget', 'No address and no key any more'],
  ],
  output: '{url, key: true or false, file}, or {forgotten: true or false, file}',
  notes:
    'The key comes from --api-key, RETORT_API_KEY or stdin, is tried at the server, and is kept in the folder of your own ' +
    'settings, where only you can read it. --url and --api-key, RETORT_URL and RETORT_API_KEY win over what is remembered, ' +
    'and a remembered key is sent to no other address than its own.',
  async run({ address, forget }, { signal, globals, surroundings }) {
    const file = loginFile(surroundings.env);
    if (forget) {
      const forgotten = forgetLogin(file);
      return {
        json: { forgotten, file },
        text: forgotten ? 'Forgotten.' : 'Nothing was remembered.',
      };
    }
    const wanted = { url: address ?? globals.url, apiKey: globals.apiKey };
    const known = freshAddress(wanted, surroundings.env);
    const typed = known.apiKey ?? (await askKey(surroundings, signal));
    const server = serverAddress({ url: known.url.href, apiKey: typed === '' ? undefined : typed }, {}, null);
    await new Api(new Http(server, signal)).ask(WhoAnswers, {});
    const key = server.apiKey !== undefined;
    writeLogin(file, { url: server.url.href, apiKey: server.apiKey ?? null });
    return {
      json: { url: server.url.href, key, file },
      text: `Remembered ${server.url.href}${key ? ' and its key' : ', without a key'}, in ${file}.`,
    };
  },
});
