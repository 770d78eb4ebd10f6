import { Tabs } from '@mantine/core';
import { type ReactNode, Suspense, useEffect, useRef } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { Loading } from './Loading';
import classes from './PageTabs.module.css';

interface PageTabsProps {
  /** The name of what the page shows, for the document's title. */
  name: string;
  /** The address of the first tab, which those of the others continue. */
  address: string;
  /** The last part of each tab's address, and its name. */
  tabs: readonly (readonly [value: string, label: string])[];
  /** What the current tab holds. */
  children: ReactNode;
}

/** Tabs with addresses of their own; the address says which is current. */
export function PageTabs({ name, address, tabs, children }: PageTabsProps) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [[first] = ['']] = tabs;
  const current = pathname.split('/')[3] || first;
  const label = tabs.find(([value]) => value === current)?.[1] ?? current;
  const list = useRef<HTMLDivElement>(null);
  // On a narrow screen the current tab may lie beyond the edge.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is what asks for it
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
