import { I18nProvider } from '@cloudscape-design/components/i18n';
import enMessages from '@cloudscape-design/components/i18n/messages/all.en';
import zhMessages from '@cloudscape-design/components/i18n/messages/all.zh-CN';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from 'react-router';

import { queryClient } from './api';
import type { PortalConfig } from './api';
import { SessionProvider, useSession } from './auth/session';
import { NotifyProvider } from './components/notify';
import { ConfigContext } from './config';
import { LOCALES, useLanguage } from './i18n';
import { SignInPage } from './pages/sign-in/sign-in-page';
import { router } from './routes';
import { PageProvider } from './shell/page-context';

export function App({ config }: { config: PortalConfig }) {
  return (
    <Texts>
      <ConfigContext value={config}>
        <QueryClientProvider client={queryClient}>
          <SessionProvider>
            <Pages />
          </SessionProvider>
        </QueryClientProvider>
      </ConfigContext>
    </Texts>
  );
}

/** Sign-in takes the place of a page without changing its address, so the user comes back to it. */
function Pages() {
  const { session } = useSession();
  if (session.kind === 'unknown') return null;
  if (session.kind === 'out') return <SignInPage because={session.because} />;
  return (
    <NotifyProvider>
      <PageProvider>
        <RouterProvider router={router} />
      </PageProvider>
    </NotifyProvider>
  );
}

/** Cloudscape's own texts in the user's language. */
export function Texts({ children }: { children: React.ReactNode }) {
  return (
    <I18nProvider locale={LOCALES[useLanguage()]} messages={[enMessages, zhMessages]}>
      {children}
    </I18nProvider>
  );
}
