-- What the warehouse brings to queries 1, 6 and 14: each line it shipped, with what belongs to its part.
select
    l_orderkey || '-' || l_linenumber as line,
    l_shipdate as ship_date,
    l_quantity as quantity,
    l_returnflag as return_flag,
    l_linestatus as line_status,
    starts_with(p_type, 'PROMO') as promoted
from lineitem
join part on l_partkey = p_partkey
order by l_shipdate, line
