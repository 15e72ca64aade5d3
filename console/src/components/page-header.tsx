import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import type { ReactNode } from 'react';

import { usePage } from '../shell/page-context';
import type { Crumb } from '../shell/page-context';

interface Props {
  title: string;
  /** The pages above this one, below Home. */
  trail?: Crumb[];
  description?: ReactNode;
  actions?: ReactNode;
  info?: ReactNode;
  children: ReactNode;
}

/** A page with its heading; sets the breadcrumbs and the document's title. */
export function Page({ title, trail, children, ...header }: Props) {
  usePage(title, trail);
  return (
    <ContentLayout header={<PageHeader title={title} {...header} />}>
      <>{children}</>
    </ContentLayout>
  );
}

/** The heading alone, for pages with a layout of their own, which call `usePage` themselves. */
export function PageHeader({ title, description, actions, info }: Omit<Props, 'children' | 'trail'>) {
  return (
    <Header variant="h1" description={description} actions={actions} info={info}>
      {title}
    </Header>
  );
}
