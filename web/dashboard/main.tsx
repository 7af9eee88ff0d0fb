import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/components.css';
import './styles/forms.css';
import { App } from './app.js';
import { applyTheme } from './shell/theme.js';

applyTheme();

const container = document.getElementById('dashboard');
if (container === null) throw new Error('The page has no element #dashboard.');

createRoot(container).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
