"""Commands about runs that there are: list, compare, judge, pass on."""
