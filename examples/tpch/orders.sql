-- What the retailer brings to query 3: each order, with what belongs to its customer.
select
    o_orderkey as order,
    o_orderdate as order_date,
    o_shippriority as ship_priority,
    c_mktsegment as segment
from orders
join customer on o_custkey = c_custkey
order by o_orderkey
