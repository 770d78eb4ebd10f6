import { useSearchParams } from 'react-router';

/** The query of an address of logs that lists only calls with a spectrum outside the calibration. */
export const OUTSIDE_ONLY = 'calibration=outside';

/** The filter of a list of logs, which is kept in the page's address. */
export interface OutsideFilter {
  /** Whether only calls with a spectrum outside the calibration are listed. */
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

/** Reads and changes the filter in the page's address. */
export function useOutsideFilter(): OutsideFilter {
  const [search, setSearch] = useSearchParams();
  return {
    isOn: search.get('calibration') === 'outside',
    onChange: isOn => setSearch(isOn ? OUTSIDE_ONLY : ''),
  };
}
