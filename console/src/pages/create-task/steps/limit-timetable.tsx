import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import type { AttributeEditorProps } from '@cloudscape-design/components/attribute-editor';
import Button from '@cloudscape-design/components/button';
import Input from '@cloudscape-design/components/input';
import Multiselect from '@cloudscape-design/components/multiselect';
import TimeInput from '@cloudscape-design/components/time-input';
import { useRef } from 'react';
import type { FocusEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { LOCALES, useLanguage } from '../../../i18n';
import { useLimitWords } from '../../../use-limit-words';
import { weekdayName, WEEKDAYS } from '../../../weekdays';
import type { Weekday } from '../../../weekdays';
import type { WindowText } from '../model/draft';
import { MAX_WINDOWS, NEW_WINDOW } from '../model/limits';
import { afterClick } from '../pointer';
import { useWizard } from '../wizard-context';

type Definition = AttributeEditorProps.FieldDefinition<WindowText>;

const LAYOUT: AttributeEditorProps.GridLayout[] = [
  { breakpoint: 'xxs', rows: [[5, 3, 3, 3, 3]], removeButton: { width: 'auto' } },
  { rows: [[2], [1, 1], [1, 1]], removeButton: { ownRow: true } },
];

/** Windows with limits of their own. */
export function LimitTimetable() {
  const { t } = useTranslation('createTask');
  const { draft, change } = useWizard();
  const editor = useRef<AttributeEditorProps.Ref>(null);
  const { windows } = draft;
  const definition = useDefinition();

  function remove(index: number) {
    // The rows that stay are as many elements as there were before, so the last one is the one that goes.
    if (windows.length > 1) editor.current?.focusRemoveButton(Math.min(index, windows.length - 2));
    else editor.current?.focusAddButton();
    change({ windows: windows.filter((_, each) => each !== index) });
  }

  return (
    <AttributeEditor
      ref={editor}
      items={windows}
      definition={definition}
      gridLayout={LAYOUT}
      empty={t('limits.noWindows')}
      addButtonText={t('limits.add')}
      disableAddButton={windows.length >= MAX_WINDOWS}
      additionalInfo={windows.length >= MAX_WINDOWS ? t('limits.most', { number: MAX_WINDOWS }) : undefined}
      customRowActions={({ itemIndex, ref, ownRow }) => (
        <Button
          ref={ref}
          iconName={ownRow ? undefined : 'remove'}
          variant={ownRow ? 'normal' : 'icon'}
          ariaLabel={t('limits.removeOf', { number: itemIndex + 1 })}
          onClick={() => remove(itemIndex)}
        >
          {ownRow ? t('limits.remove') : undefined}
        </Button>
      )}
      onAddButtonClick={() => change({ windows: [...windows, NEW_WINDOW] })}
    />
  );
}

function useDefinition(): Definition[] {
  const { t } = useTranslation('createTask');
  const locale = LOCALES[useLanguage()];
  const words = useLimitWords();
  const { draft, change, problem } = useWizard();
  const days = WEEKDAYS.map((value) => ({ value, label: weekdayName(value, locale) }));

  const set = (index: number, patch: Partial<WindowText>) =>
    change({ windows: draft.windows.map((one, each) => (each === index ? { ...one, ...patch } : one)) });
  const column = (
    name: keyof WindowText,
    label: string,
    control: (one: WindowText, index: number) => ReactNode,
  ): Definition => ({
    label,
    errorText: (_, index) => problem(nameOf(index, name)),
    control: (one, index) => <Cell name={nameOf(index, name)}>{control(one, index)}</Cell>,
  });
  const time = (name: 'start' | 'end', label: string) =>
    column(name, label, (one, index) => (
      <TimeInput
        value={one[name]}
        format="hh:mm"
        placeholder="hh:mm"
        onChange={({ detail }) => set(index, { [name]: detail.value })}
      />
    ));
  const number = (name: 'bandwidth' | 'requests', label: string) =>
    column(name, label, (one, index) => (
      <Input
        value={one[name]}
        inputMode={name === 'bandwidth' ? 'decimal' : 'numeric'}
        placeholder={t('limits.empty')}
        autoComplete={false}
        onChange={({ detail }) => set(index, { [name]: detail.value })}
      />
    ));

  return [
    column('days', t('limits.days'), (one, index) => (
      <div className={one.days.length > 0 ? 'limit-days' : undefined}>
        <Multiselect
          hideTokens
          selectedOptions={days.filter(({ value }) => one.days.includes(value))}
          options={days}
          placeholder={words.days(one.days)}
          onChange={({ detail }) => set(index, { days: detail.selectedOptions.map(({ value }) => value as Weekday) })}
        />
      </div>
    )),
    time('start', t('limits.start')),
    time('end', t('limits.end')),
    number('bandwidth', t('limits.windowBandwidth')),
    number('requests', t('limits.windowRequests')),
  ];
}

function nameOf(index: number, name: keyof WindowText): string {
  return `limits.timetable.${index}.${name}`;
}

/** An input that is checked once the user has left it. */
function Cell({ name, children }: { name: string; children: ReactNode }) {
  const { touch } = useWizard();

  function leave(event: FocusEvent<HTMLDivElement>) {
    if (!event.currentTarget.contains(event.relatedTarget)) afterClick(() => touch(name));
  }

  return (
    <div onBlur={leave} data-field={name}>
      {children}
    </div>
  );
}
