// Before the first paint: a forced theme must not flash the other one. A file of its own, because the page allows no inline script.
try {
  const theme = localStorage.getItem('milena.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is blocked: the system's theme it is.
}
