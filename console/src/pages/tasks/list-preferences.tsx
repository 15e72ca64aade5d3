import CollectionPreferences from '@cloudscape-design/components/collection-preferences';
import type { CollectionPreferencesProps } from '@cloudscape-design/components/collection-preferences';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { remember, remembered } from '../../preferences';

const COLUMNS = ['name', 'state', 'progress', 'lastRun', 'realTime', 'places', 'actions'] as const;
const DEFAULTS: Preferences = { pageSize: 20, visible: [...COLUMNS], isDense: false };

interface Preferences {
  pageSize: number;
  visible: string[];
  isDense: boolean;
}

/** How the list looks, remembered by the browser. */
export function useListPreferences() {
  const [preferences, setPreferences] = useState(readPreferences);
  return {
    preferences,
    setPreferences: (next: Preferences) => {
      remember('tasks', JSON.stringify(next));
      setPreferences(next);
    },
  };
}

interface Props {
  preferences: Preferences;
  onChange: (preferences: Preferences) => void;
}

export function ListPreferences({ preferences, onChange }: Props) {
  const { t } = useTranslation('tasks');
  const confirm = (chosen: CollectionPreferencesProps.Preferences<string>) =>
    onChange({
      pageSize: chosen.pageSize ?? DEFAULTS.pageSize,
      visible: [...(chosen.visibleContent ?? DEFAULTS.visible)],
      isDense: chosen.contentDensity === 'compact',
    });
  return (
    <CollectionPreferences
      preferences={{
        pageSize: preferences.pageSize,
        visibleContent: preferences.visible,
        contentDensity: preferences.isDense ? 'compact' : 'comfortable',
      }}
      pageSizePreference={{
        options: [10, 20, 50, 100].map((value) => ({ value, label: t('perPage', { count: value }) })),
      }}
      visibleContentPreference={{
        title: t('visible'),
        options: [
          {
            label: t('columnsTitle'),
            options: COLUMNS.map((id) => ({
              id,
              label: t(`columns.${id}`),
              editable: id !== 'name' && id !== 'actions',
            })),
          },
        ],
      }}
      contentDensityPreference={{}}
      onConfirm={({ detail }) => confirm(detail as CollectionPreferencesProps.Preferences<string>)}
    />
  );
}

function readPreferences(): Preferences {
  try {
    const stored = JSON.parse(remembered('tasks') ?? '{}') as Partial<Preferences>;
    return { ...DEFAULTS, ...stored };
  } catch {
    return DEFAULTS;
  }
}
