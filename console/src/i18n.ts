import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';

import { en } from './locales/en';
import { zh } from './locales/zh';
import { firstLanguage, remember, remembered } from './preferences';
import type { Language } from './preferences';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof en;
  }
}

/** The language of dates and numbers, and of Cloudscape's own texts. */
export const LOCALES: Record<Language, string> = { en: 'en', zh: 'zh-CN' };

export async function startLanguages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: firstLanguage(navigator.languages, remembered('language')),
    resources: { en, zh },
    ns: Object.keys(en),
    defaultNS: 'common',
    fallbackLng: false,
    returnNull: false,
    showSupportNotice: false,
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = LOCALES[i18next.language as Language];
}

export async function chooseLanguage(language: Language): Promise<void> {
  remember('language', language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = LOCALES[language];
}

export function useLanguage(): Language {
  return useTranslation().i18n.language as Language;
}
