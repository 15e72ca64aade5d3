import '@cloudscape-design/global-styles/index.css';
import './styles.css';

import Box from '@cloudscape-design/components/box';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';

import { App, Texts } from './app';
import { configureSignIn } from './auth/cognito';
import { LoadError } from './components/load-error';
import { readConfig } from './config';
import { startLanguages } from './i18n';
import { applyTheme } from './theme';

async function start(root: Root): Promise<void> {
  try {
    const config = await readConfig();
    configureSignIn(config);
    root.render(
      <StrictMode>
        <App config={config} />
      </StrictMode>,
    );
  } catch (error) {
    root.render(
      <Texts>
        <Box padding="xxl">
          <LoadError error={error} onRetry={() => start(root)} />
        </Box>
      </Texts>,
    );
  }
}

applyTheme();
const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no #root');
void startLanguages().then(() => start(createRoot(place)));
