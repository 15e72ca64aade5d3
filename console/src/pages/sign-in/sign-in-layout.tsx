import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { SignedOutBar } from '../../shell/top-bar';

/** What is around every form of sign-in. */
export function SignInLayout({ title, intro, children }: { title: string; intro?: string; children: ReactNode }) {
  const { t } = useTranslation(['auth', 'common']);
  const product = t('common:product');
  useEffect(() => {
    document.title = `${title} · ${product}`;
  }, [title, product]);
  return (
    <>
      <div id="top-bar">
        <SignedOutBar />
      </div>
      <main className="sign-in">
        <Box textAlign="center" padding={{ bottom: 'l' }}>
          <img src="./favicon.svg" alt="" width="56" height="56" />
          <Box variant="p" color="text-body-secondary">
            {t('auth:tagline')}
          </Box>
        </Box>
        <Container
          header={
            <Header variant="h1" description={intro}>
              {title}
            </Header>
          }
        >
          {children}
        </Container>
      </main>
    </>
  );
}
