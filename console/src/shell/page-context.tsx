import { createContext, use, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export interface Crumb {
  text: string;
  /** From `link` in `links.ts`. */
  href: string;
}

interface PageState {
  title: string;
  trail: Crumb[];
}

const PageContext = createContext<PageState>({ title: '', trail: [] });
const SetPageContext = createContext<((page: PageState) => void) | null>(null);

export function PageProvider({ children }: { children: ReactNode }) {
  const [page, setPage] = useState<PageState>({ title: '', trail: [] });
  return (
    <SetPageContext value={setPage}>
      <PageContext value={page}>{children}</PageContext>
    </SetPageContext>
  );
}

export function useCurrentPage(): PageState {
  return use(PageContext);
}

/** Say which page this is: the document's title and the breadcrumbs follow. */
export function usePage(title: string, trail: Crumb[] = []): void {
  const { t } = useTranslation();
  const setPage = use(SetPageContext);
  const product = t('product');
  // The trail is new at every rendering; its words are not.
  const words = JSON.stringify(trail);
  const page = useMemo<PageState>(() => ({ title, trail: JSON.parse(words) as Crumb[] }), [title, words]);
  useEffect(() => {
    setPage?.(page);
    document.title = `${page.title} · ${product}`;
  }, [page, product, setPage]);
}
