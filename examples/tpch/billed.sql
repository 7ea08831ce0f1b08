-- What the retailer brings: each line it billed, with what belongs to its order and its customer. Money in cents, rates in percent.
select
    l_orderkey || '-' || l_linenumber as line,
    o_orderkey as order,
    o_orderdate as order_date,
    o_shippriority as ship_priority,
    c_mktsegment as segment,
    round(l_extendedprice * 100)::int as cents,
    round(l_discount * 100)::int as discount,
    round(l_tax * 100)::int as tax
from lineitem
join orders on l_orderkey = o_orderkey
join customer on o_custkey = c_custkey
order by l_orderkey, l_linenumber
