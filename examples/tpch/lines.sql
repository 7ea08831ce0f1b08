-- What the warehouse brings to query 3: the lines of each order, in cents and percent.
select
    l_orderkey as order,
    l_shipdate as ship_date,
    round(l_extendedprice * 100)::int as cents,
    round(l_discount * 100)::int as discount
from lineitem
order by l_shipdate, l_orderkey, l_linenumber
