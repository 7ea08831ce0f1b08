-- What the retailer brings to queries 1, 6 and 14: what it billed for each line, in cents and percent.
select
    l_orderkey || '-' || l_linenumber as line,
    round(l_extendedprice * 100)::int as cents,
    round(l_discount * 100)::int as discount,
    round(l_tax * 100)::int as tax
from lineitem
order by l_orderkey, l_linenumber
