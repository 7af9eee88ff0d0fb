import { useState } from 'react';
import { Form } from 'react-aria-components/Form';
import { logIn } from '../api/session.js';
import { Button } from '../components/button.js';
import { TextField } from '../components/fields.js';
import { Icon } from '../components/icon.js';
import { ThemeSwitch } from './theme-switch.js';

/** Asks for the key of a server that needs one. */
export function Login() {
  const [key, setKey] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [isTrying, setTrying] = useState(false);
  const submit = async () => {
    if (key.trim() === '') {
      setFault('Enter the key this server was started with (RETORT_API_KEY).');
      return;
    }
    setTrying(true);
    setFault(await logIn(key.trim()));
    setTrying(false);
  };
  return (
    <main className="login">
      <title>Log in · Retort</title>
      <div className="panel stack">
        <div className="row">
          <h1>
            <Icon name="retort" /> Retort
          </h1>
          <ThemeSwitch />
        </div>
        <p>This server needs its API key. It is kept in this tab only, until you close it.</p>
        <Form
          className="form"
          validationBehavior="aria"
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <TextField
            label="API key"
            type="password"
            autoComplete="current-password"
            autoFocus
            value={key}
            onChange={setKey}
            fault={fault}
          />
          <Button primary type="submit" isDisabled={isTrying}>
            {isTrying ? 'Trying…' : 'Log in'}
          </Button>
        </Form>
      </div>
    </main>
  );
}
