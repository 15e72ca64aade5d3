import AppLayoutToolbar from '@cloudscape-design/components/app-layout-toolbar';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Flashbar from '@cloudscape-design/components/flashbar';
import SideNavigation from '@cloudscape-design/components/side-navigation';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useLocation } from 'react-router';

import { useCan } from '../auth/session';
import { useIsPhone } from '../components/media';
import { useFlashbar } from '../components/notify';
import { link } from '../links';
import { ErrorBoundary } from './error-boundary';
import { useCurrentPage } from './page-context';
import { TopBar } from './top-bar';
import { useEmailReminder } from './email-reminder';

/** What is around every page for somebody who is signed in. */
export function Shell() {
  const { t } = useTranslation('shell');
  const { pathname } = useLocation();
  const { title, trail } = useCurrentPage();
  const isPhone = useIsPhone();
  const [isOpen, setOpen] = useState(!isPhone);
  const content = useFocusOnNewPage(pathname);
  const notes = useFlashbar();
  const reminder = useEmailReminder();

  const skip = () => content.current?.focus();
  const crumbs = [{ text: t('home'), href: link.home() }, ...trail, { text: title, href: `#${pathname}` }];
  return (
    <>
      <button type="button" className="skip-link" onClick={skip}>
        {t('skip')}
      </button>
      <div id="top-bar">
        <TopBar />
      </div>
      <AppLayoutToolbar
        headerSelector="#top-bar"
        toolsHide
        navigation={<Navigation pathname={pathname} onFollow={() => isPhone && setOpen(false)} />}
        navigationOpen={isOpen}
        onNavigationChange={({ detail }) => setOpen(detail.open)}
        breadcrumbs={pathname === '/' ? undefined : <BreadcrumbGroup items={crumbs} ariaLabel={t('breadcrumbs')} />}
        notifications={<Flashbar items={[...notes, ...reminder]} stackItems={notes.length > 2} />}
        stickyNotifications
        ariaLabels={{
          navigation: t('navigation'),
          navigationToggle: t('openNavigation'),
          navigationClose: t('closeNavigation'),
          notifications: t('notifications'),
        }}
        content={
          <div ref={content} tabIndex={-1} className="page">
            <ErrorBoundary key={pathname}>
              <Outlet />
            </ErrorBoundary>
          </div>
        }
      />
    </>
  );
}

function Navigation({ pathname, onFollow }: { pathname: string; onFollow: () => void }) {
  const { t } = useTranslation('shell');
  const canCreate = useCan('admin');
  return (
    <SideNavigation
      activeHref={activeHref(pathname)}
      header={{ text: 'Ferry', href: link.home() }}
      onFollow={onFollow}
      items={[
        { type: 'link', text: t('home'), href: link.home() },
        { type: 'link', text: t('tasks'), href: link.tasks() },
        ...(canCreate ? [{ type: 'link' as const, text: t('createTask'), href: link.createTask() }] : []),
        { type: 'divider' },
        { type: 'link', text: t('audit'), href: link.audit() },
        { type: 'link', text: t('settings'), href: link.settings() },
      ]}
    />
  );
}

function activeHref(pathname: string): string {
  if (pathname.startsWith('/tasks') || pathname.startsWith('/runs')) return link.tasks();
  return `#${pathname}`;
}

/** A new page starts at its top, and with the keyboard's focus. */
function useFocusOnNewPage(pathname: string) {
  const content = useRef<HTMLDivElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    window.scrollTo(0, 0);
    content.current?.focus({ preventScroll: true });
  }, [pathname]);
  return content;
}
