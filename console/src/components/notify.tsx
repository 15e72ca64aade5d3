import type { FlashbarProps } from '@cloudscape-design/components/flashbar';
import { createContext, use, useCallback, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { useErrorText } from './error-text';

interface Note {
  id: string;
  type: 'success' | 'info' | 'warning' | 'error';
  content: ReactNode;
}

export interface Notify {
  success: (content: ReactNode) => void;
  info: (content: ReactNode) => void;
  warning: (content: ReactNode) => void;
  /** A sentence, or what was caught: it is put in words. */
  error: (caught: unknown) => void;
}

const NotifyContext = createContext<Notify | null>(null);
const NotesContext = createContext<{ notes: Note[]; dismiss: (id: string) => void } | null>(null);

const MOST = 5;
const SECONDS_OF_SUCCESS = 8;

export function NotifyProvider({ children }: { children: ReactNode }) {
  const errorText = useErrorText();
  const [notes, setNotes] = useState<Note[]>([]);
  const last = useRef(0);

  const dismiss = useCallback((id: string) => setNotes((now) => now.filter((note) => note.id !== id)), []);
  const add = useCallback(
    (type: Note['type'], content: ReactNode) => {
      last.current += 1;
      const id = `note-${last.current}`;
      setNotes((now) => [{ id, type, content }, ...now].slice(0, MOST));
      if (type === 'success') setTimeout(() => dismiss(id), SECONDS_OF_SUCCESS * 1000);
    },
    [dismiss],
  );
  const notify = useMemo<Notify>(
    () => ({
      success: (content) => add('success', content),
      info: (content) => add('info', content),
      warning: (content) => add('warning', content),
      error: (caught) => add('error', typeof caught === 'string' ? caught : errorText(caught)),
    }),
    [add, errorText],
  );
  const shown = useMemo(() => ({ notes, dismiss }), [notes, dismiss]);
  return (
    <NotifyContext value={notify}>
      <NotesContext value={shown}>{children}</NotesContext>
    </NotifyContext>
  );
}

/** Say at the top of the page what happened. */
export function useNotify(): Notify {
  const notify = use(NotifyContext);
  if (notify === null) throw new Error('useNotify needs a NotifyProvider around it');
  return notify;
}

export function useFlashbar(): FlashbarProps.MessageDefinition[] {
  const { t } = useTranslation();
  const shown = use(NotesContext);
  return (shown?.notes ?? []).map(({ id, type, content }) => ({
    id,
    type,
    content,
    dismissible: true,
    dismissLabel: t('close'),
    ariaRole: type === 'error' ? 'alert' : 'status',
    onDismiss: () => shown?.dismiss(id),
  }));
}
