import TopNavigation from '@cloudscape-design/components/top-navigation';
import type { TopNavigationProps } from '@cloudscape-design/components/top-navigation';
import { useTranslation } from 'react-i18next';

import { useSession, useUser } from '../auth/session';
import { useConfig } from '../config';
import { chooseLanguage, useLanguage } from '../i18n';
import { link } from '../links';
import type { Language, Theme } from '../preferences';
import { chooseTheme, useTheme } from '../theme';

const LANGUAGES: Language[] = ['en', 'zh'];
const THEMES: Theme[] = ['light', 'dark', 'system'];

/** For somebody who is signed in. */
export function TopBar() {
  const { t } = useTranslation('shell');
  const { stack, region } = useConfig();
  const deployment: TopNavigationProps.Utility = {
    type: 'button',
    text: `${stack} · ${region}`,
    title: t('deployment', { stack, region }),
    href: link.settings(),
  };
  return <Bar utilities={[deployment, useLanguageMenu(), useThemeMenu(), useAccountMenu()]} />;
}

/** For everybody else. */
export function SignedOutBar() {
  return <Bar utilities={[useLanguageMenu(), useThemeMenu()]} />;
}

function Bar({ utilities }: { utilities: TopNavigationProps.Utility[] }) {
  const { t } = useTranslation(['shell', 'common']);
  return (
    <TopNavigation
      identity={{
        href: link.home(),
        title: t('common:product'),
        logo: { src: './favicon.svg', alt: t('shell:logo') },
      }}
      utilities={utilities}
      i18nStrings={{ overflowMenuTriggerText: t('shell:menu'), overflowMenuTitleText: t('shell:menu') }}
    />
  );
}

function useLanguageMenu(): TopNavigationProps.Utility {
  const { t } = useTranslation('shell');
  const language = useLanguage();
  return {
    type: 'menu-dropdown',
    iconName: 'globe',
    text: t(`languages.${language}`),
    ariaLabel: `${t('language')}: ${t(`languages.${language}`)}`,
    title: t('language'),
    items: LANGUAGES.map((id) => ({
      id,
      text: t(`languages.${id}`),
      itemType: 'checkbox',
      checked: id === language,
    })),
    onItemClick: ({ detail }) => void chooseLanguage(detail.id as Language),
  };
}

function useThemeMenu(): TopNavigationProps.Utility {
  const { t } = useTranslation('shell');
  const theme = useTheme();
  return {
    type: 'menu-dropdown',
    iconName: 'light-dark',
    ariaLabel: t('theme'),
    title: t('theme'),
    text: t('theme'),
    items: THEMES.map((id) => ({ id, text: t(`themes.${id}`), itemType: 'checkbox', checked: id === theme })),
    onItemClick: ({ detail }) => chooseTheme(detail.id as Theme),
  };
}

function useAccountMenu(): TopNavigationProps.Utility {
  const { t } = useTranslation(['shell', 'common']);
  const { email, role } = useUser();
  const { leave } = useSession();
  return {
    type: 'menu-dropdown',
    iconName: 'user-profile',
    text: email,
    ariaLabel: `${t('shell:account')}: ${email}`,
    title: t('shell:account'),
    description: `${email} · ${t(`common:roles.${role}`)}`,
    items: [
      { id: 'settings', text: t('shell:settings'), href: link.settings() },
      { id: 'sign-out', text: t('shell:signOut') },
    ],
    onItemClick: ({ detail }) => {
      if (detail.id === 'sign-out') void leave();
    },
  };
}
