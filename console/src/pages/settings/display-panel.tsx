import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
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
          <SegmentedControl
            label={t('shell:language')}
            selectedId={language}
            options={LANGUAGES.map((id) => ({ id, text: t(`shell:languages.${id}`) }))}
            onChange={({ detail }) => void chooseLanguage(detail.selectedId as Language)}
          />
        </FormField>
        <FormField label={t('shell:theme')}>
          <SegmentedControl
            label={t('shell:theme')}
            selectedId={theme}
            options={THEMES.map((id) => ({ id, text: t(`shell:themes.${id}`) }))}
            onChange={({ detail }) => chooseTheme(detail.selectedId as Theme)}
          />
        </FormField>
      </ColumnLayout>
    </Container>
  );
}
