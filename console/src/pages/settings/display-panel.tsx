import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import RadioGroup from '@cloudscape-design/components/radio-group';
import { useTranslation } from 'react-i18next';

import { chooseLanguage, useLanguage } from '../../i18n';
import type { Language, Theme } from '../../preferences';
import { chooseTheme, useTheme } from '../../theme';

const LANGUAGES: Language[] = ['en', 'zh'];
const THEMES: Theme[] = ['light', 'dark', 'system'];

/** Language and theme; this browser remembers them. */
export function DisplayPanel() {
  const { t } = useTranslation(['settings', 'shell']);
  const language = useLanguage();
  const theme = useTheme();
  return (
    <Container
      header={
        <Header variant="h2" description={t('settings:display.about')}>
          {t('settings:display.title')}
        </Header>
      }
    >
      <ColumnLayout columns={2}>
        <FormField label={t('shell:language')}>
          <RadioGroup
            direction="horizontal"
            value={language}
            items={LANGUAGES.map((value) => ({ value, label: t(`shell:languages.${value}`) }))}
            onChange={({ detail }) => void chooseLanguage(detail.value as Language)}
          />
        </FormField>
        <FormField label={t('shell:theme')}>
          <RadioGroup
            direction="horizontal"
            value={theme}
            items={THEMES.map((value) => ({ value, label: t(`shell:themes.${value}`) }))}
            onChange={({ detail }) => chooseTheme(detail.value as Theme)}
          />
        </FormField>
      </ColumnLayout>
    </Container>
  );
}
