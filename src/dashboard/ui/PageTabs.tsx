import { Tabs } from '@mantine/core';
import { type ReactNode, Suspense, useEffect, useRef } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { Loading } from './Loading';
import classes from './PageTabs.module.css';

interface PageTabsProps {
  /** The name of the object that the page shows, for the document's title. */
  name: string;
  /** The path of the first tab, to which the others append their own. */
  address: string;
  /** The last segment of each tab's path, and its label. */
  tabs: readonly (readonly [value: string, label: string])[];
  /** The content of the current tab. */
  children: ReactNode;
}

/** Tabs with a path each; the path decides which one is current. */
export function PageTabs({ name, address, tabs, children }: PageTabsProps) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [[first] = ['']] = tabs;
  const current = pathname.split('/')[3] || first;
  const label = tabs.find(([value]) => value === current)?.[1] ?? current;
  const list = useRef<HTMLDivElement>(null);
  // On a narrow screen the current tab may be outside the visible area.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs again when the tab changes
  useEffect(() => {
    list.current
      ?.querySelector('[aria-selected=true]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [current]);
  return (
    <>
      <title>{`${label} · ${name} · Spectrakey`}</title>
      <Tabs
        value={current}
        onChange={tab => void navigate(tab === first ? address : `${address}/${tab}`)}
        keepMounted={false}
      >
        <Tabs.List ref={list} className={classes.list}>
          {tabs.map(([value, label]) => (
            <Tabs.Tab key={value} value={value} className={classes.tab}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={current} pt="lg">
          <Suspense fallback={<Loading what="the tab" />}>{children}</Suspense>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
